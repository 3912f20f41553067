"""The service desk: what agents see first, how a call becomes a ticket, and what they do with many tickets."""
