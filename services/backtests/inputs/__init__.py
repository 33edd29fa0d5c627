"""Where the applications of a backtest come from: a file with a data map, or the decisions that were made."""

from services.backtests.inputs.data_map import DataMap, Grouping, parse_map
from services.backtests.inputs.decisions import read_decisions
from services.backtests.inputs.faults import InputError, InputFault
from services.backtests.inputs.file import read_file, read_map
from services.backtests.inputs.raw import BadRows
from services.backtests.inputs.received import Received

__all__ = [
    "BadRows",
    "DataMap",
    "Grouping",
    "InputError",
    "InputFault",
    "Received",
    "parse_map",
    "read_decisions",
    "read_file",
    "read_map",
]
