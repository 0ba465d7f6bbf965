"""From the slots of a sheet of samples to other standards' fields."""
