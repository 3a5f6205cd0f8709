"""MiniCRM: projects, contacts, tasks and addresses."""
