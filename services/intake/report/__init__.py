"""The credit report as a page to read and as a sheet to print, in English and in Chinese."""
