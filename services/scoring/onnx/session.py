"""One ONNX file in onnxruntime: a single thread, nothing logged, nothing looked for outside the file."""

from collections.abc import Sequence
from typing import Any

from services.scoring.domain.boosted import AnswerError, BoostedError, Graph, RuntimeMissingError
from shared.errors import Fault

_NOTHING_BUT_FATAL = 4


class Session:
    """Answers rows of numbers; safe to use from several threads at once."""

    def __init__(self, content: bytes, graph: Graph, column: int) -> None:
        """Load a file that was found sound; raises `RuntimeMissingError` and `BoostedError`."""
        try:
            import numpy  # noqa: PLC0415
            import onnxruntime  # noqa: PLC0415
        except ImportError:
            raise RuntimeMissingError from None
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _NOTHING_BUT_FATAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.use_deterministic_compute = True
        options.enable_cpu_mem_arena = False
        # Bytes that look like the runtime's own format would pass by the checks that were made of the file as ONNX.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception:
            detail = "is not accepted by the runtime that is installed"
            raise BoostedError([Fault("/onnx/base64", "invalid_onnx", detail)]) from None
        self._numpy = numpy
        self._input, self._answer, self._column = graph.input, graph.answer, column

    def __call__(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Return the answer to each row; raises `AnswerError` when the runtime gives none."""
        answers: list[float] = self.answers(self._numpy.array(rows, dtype=self._numpy.float32)).tolist()
        return answers

    def answers(self, rows: Any) -> Any:
        """Return the answers to a two-dimensional float32 array, as a one-dimensional one."""
        try:
            (found,) = self._session.run([self._answer], {self._input: rows})
        except Exception:
            raise AnswerError("the runtime failed") from None
        if found.ndim not in (1, 2) or len(found) != len(rows):
            raise AnswerError("the runtime did not answer every row")
        return found if found.ndim == 1 else found[:, self._column]
