"""Files that people bring and take: kept by their content, looked at before they are believed."""
