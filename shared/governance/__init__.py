"""The life cycle of catalogue documents: drafted by one person, approved by another, live from a moment that is known.

Written once for every kind of document and every service that owns one: `domain` says what may happen, `timeline` what
is live when, `store` keeps it, `handlers` are the use cases, `api` the routes. Tables: `tables`.

Who may do what is a matter of scopes, and of identity where four eyes are asked for:

| scope                | role     | may                                                          |
|----------------------|----------|--------------------------------------------------------------|
| `catalogue:write`    | maker    | draft, edit, validate, submit, withdraw                      |
| `catalogue:approve`  | checker  | approve, reject, review; never what he or she wrote or edited |
| `catalogue:deploy`   | operator | schedule, shadow, challenge, stop, promote, retire           |
| `catalogue:rollback` | on call  | put an approved version back at once, giving a reason        |
| `catalogue:read`     | auditor  | read versions, their history and what is live                |
"""
