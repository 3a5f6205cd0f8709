"""What both CRMs need and neither owns: requests and responses, caching, paging, name matching. Imports no CRM."""
