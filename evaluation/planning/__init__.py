"""What is to be run: settings, systems, skills, source models, cells and their digests."""
