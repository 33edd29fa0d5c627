"""Reports as pages: one HTML file each, with its charts, that asks for nothing and runs nothing."""
