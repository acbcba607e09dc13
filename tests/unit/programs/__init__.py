"""Program files: the language, its checks, its figures."""
