"""The main job, shown: real applicants through a fresh platform, what became of them, and three of their stories."""
