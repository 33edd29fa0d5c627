"""Backtests: what two policies would have said to the same applications, told side by side.

A tool beside the services: it runs as its own process, from the command line or as a job that decision's worker starts.
DuckDB, SQLGlot and Spark load here and never in a service. All steps meet in one DuckDB database:

    with open_database(path, memory="1GB", threads=2) as db:              # engines
        received = read_file(db, source, product, data_map)              # inputs: CSV or Parquet -> application, rejected
        # or: received = await read_decisions(db, database, product, since, until)
        if received.needs_score and scorecard is not None:
            score(db, scorecard, product, progress, stopped)              # engines: fills score, pd, score_reasons
        ran = run(db, "application", {"live": live, "candidate": candidate}, product, engine="duckdb")  # engines
        ...                                                              # figures and reports read the tables

| table | has |
|---|---|
| `application` | `row_id`, `reference`, `party_id`, `as_of`, `as_of_day`, `decided`, `bad`, `has_score_reasons`, `score_reasons`, `"segment:<name>"`, `"protected:<name>"`, and a column for each fact of the product in its stored form; NULL is missing |
| `rejected` | `row_no`, `column_name`, `reason`: rows that were set aside and why, never their values |
| `live`, `candidate` | `row_id` and the output columns of the compiled policy, whichever engine ran it |

Stored forms are exact: integers and money (minor units) BIGINT, decimals integers at the fact's scale, enums VARCHAR,
dates DATE. `row_id` of a file is the number of the row as a spreadsheet shows it: the header of a CSV file is row 1.
"""  # noqa: E501 - rows of tables
