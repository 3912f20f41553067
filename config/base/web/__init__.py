"""What pages share: views, forms, filters, tables, panels."""
