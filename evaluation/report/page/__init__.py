"""The report page: its data as JSON, and its HTML."""
