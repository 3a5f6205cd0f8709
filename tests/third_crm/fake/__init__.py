"""The fake of People: `GET`, `POST` and `PATCH /people` behind a bearer token, as small as it can be."""
