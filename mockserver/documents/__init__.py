"""Reads JSON documents strictly and says where they are wrong. Pure."""
