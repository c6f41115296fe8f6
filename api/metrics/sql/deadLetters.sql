select source, letters as value
from dead_letter_counts
