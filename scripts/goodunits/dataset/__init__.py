"""Which sessions there are: folders that are searched, the sheet, copies, the demo."""
