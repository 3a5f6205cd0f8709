"""An OAuth 2.1 resource server: whose access tokens are let in, and where clients get one.

Source: RFC 9068 (access tokens as JWT), RFC 7517 (keys), RFC 8414 (metadata of the issuer), RFC 9728 (of the resource).
"""
