"""From an edition to documents: text and HTML, by Jinja2 templates."""
