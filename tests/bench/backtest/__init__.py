"""What a backtest costs, against evaluating the same applications one by one."""
