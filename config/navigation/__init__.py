"""The portal's navigation: sections by job, their counts, and who sees which."""
