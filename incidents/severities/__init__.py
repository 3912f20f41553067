"""How severe an incident is, and with which priority it is worked on."""
