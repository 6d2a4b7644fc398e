"""The only room that knows Snakemake: preparation, how scripts start, the terminal, dry runs."""
