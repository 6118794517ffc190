"""What every page draws with: theme, tables, charts, filters, downloads."""
