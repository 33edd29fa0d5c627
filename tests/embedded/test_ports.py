"""Ports for platforms that run side by side."""

import random
import subprocess
import sys

from services.embedded.processes import free_port

_SEED = 20261122
_ASK = f"""
import random, sys
from services.embedded.processes import free_port
random.seed({_SEED})
print(free_port(), free_port(), flush=True)
sys.stdin.read()
"""


def test_a_port_given_to_a_living_process_is_given_to_no_other_even_while_nothing_listens_on_it() -> None:
    with subprocess.Popen([sys.executable, "-c", _ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdin is not None
        taken = {int(port) for port in other.stdout.readline().split()}
        state = random.getstate()
        random.seed(_SEED)
        ours = {free_port(), free_port()}
        random.setstate(state)
        other.stdin.close()
    assert len(taken) == 2
    assert not ours & taken
