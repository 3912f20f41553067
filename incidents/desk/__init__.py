"""The service desk: what agents see first, and what they do with many tickets."""
