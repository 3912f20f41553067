"""Global search: all kinds of records on one page, in one dialog and at one address of the API."""
