"""DMN written by hand, without its frame."""

from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)


def definitions(content: str, version: str = NAMESPACES[-1], namespace: str = "urn:test", name: str = "test") -> bytes:
    return f'<definitions xmlns="{version}" namespace="{namespace}" name="{name}">{content}</definitions>'.encode()


def literal(text: str, type_ref: str | None = None) -> str:
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<literalExpression{typed}><text>{escape(text)}</text></literalExpression>"


def input_data(name: str, type_ref: str | None = None) -> str:
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    variable = f"<variable name={quoteattr(name)}{typed}/>"
    return f"<inputData id={quoteattr('i ' + name)} name={quoteattr(name)}>{variable}</inputData>"


def decision(name: str, expression: str, type_ref: str | None = None, needs: str = "") -> str:
    """A decision; `needs` is a list, by commas, of `kind:name` with kind i (input), d (decision), k (knowledge)."""
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return (
        f"<decision id={quoteattr('d ' + name)} name={quoteattr(name)}><variable name={quoteattr(name)}{typed}/>"
        f"{''.join(_requirement(*need.strip().split(':')) for need in needs.split(',') if need)}{expression}</decision>"
    )


def knowledge(name: str, expression: str, parameters: str = "", type_ref: str | None = None, needs: str = "") -> str:
    """A business knowledge model; `parameters` is a list, by commas, of `name` or `name:type`."""
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    formal = "".join(_parameter(*each.strip().split(":")) for each in parameters.split(",") if each)
    requirements = "".join(_requirement(*need.strip().split(":")) for need in needs.split(",") if need)
    return (
        f"<businessKnowledgeModel id={quoteattr('k ' + name)} name={quoteattr(name)}>"
        f"<variable name={quoteattr(name)}{typed}/><encapsulatedLogic>{formal}{expression}</encapsulatedLogic>"
        f"{requirements}</businessKnowledgeModel>"
    )


def _parameter(name: str, type_ref: str | None = None) -> str:
    typed = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    return f"<formalParameter name={quoteattr(name)}{typed}/>"


def _requirement(kind: str, name: str) -> str:
    outer, inner = {
        "i": ("informationRequirement", "requiredInput"),
        "d": ("informationRequirement", "requiredDecision"),
        "k": ("knowledgeRequirement", "requiredKnowledge"),
    }[kind]
    return f"<{outer}><{inner} href={quoteattr(f'#{kind} {name}')}/></{outer}>"
