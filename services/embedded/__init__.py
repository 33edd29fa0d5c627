"""The whole platform on one machine: starts PostgreSQL, a broker where asked, and the services as child processes."""
