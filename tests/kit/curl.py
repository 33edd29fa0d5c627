"""Stands in for curl, as far as the README uses it, and keeps what was asked and answered.

Run by a shell script of `tests.kit.session`. Instead of asking, `--chapter` keeps which guide comes next, and `--claim`
what it says of the last answer.
"""

import argparse
import http.client
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", dest="silent", action="store_true")
    parser.add_argument("-w", dest="ending", default="")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    parser.add_argument("-o", dest="output")
    parser.add_argument("--chapter")
    parser.add_argument("--claim")
    parser.add_argument("url", nargs="?", default="")
    asked = parser.parse_args()
    if asked.chapter is not None:
        _keep({"chapter": asked.chapter})
        return
    if asked.claim is not None:
        _keep({"claim": json.loads(asked.claim)})
        return
    url = urlsplit(f"http://{asked.url}")
    path = url.path + (f"?{url.query}" if url.query else "")
    method = asked.method or ("GET" if asked.body is None else "POST")
    headers = {name: value.strip() for name, _, value in (header.partition(":") for header in asked.headers)}
    connection = http.client.HTTPConnection(json.loads(os.environ["SESSION_ADDRESSES"])[url.netloc], timeout=40)
    connection.request(method, path, None if asked.body is None else asked.body.encode(), headers)
    answer = connection.getresponse()
    body = answer.read()
    is_json = "json" in answer.headers.get_content_type()
    _keep({"method": method, "path": path, "status": answer.status, "answer": json.loads(body) if is_json else None})
    if asked.output is None:
        sys.stdout.write(body.decode())
    else:
        # Beside the record and not where the reader of the guide stands.
        (Path(os.environ["SESSION_RECORD"]).parent / Path(asked.output).name).write_bytes(body)
    sys.stdout.write(asked.ending.replace("\\n", "\n"))


def _keep(line: dict[str, Any]) -> None:
    with Path(os.environ["SESSION_RECORD"]).open("a") as record:
        record.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
