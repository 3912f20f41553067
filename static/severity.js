// The buttons of a severity's page: with a script they change a field, whose preview follows; without one they are sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest('button[name="_move"], button[name="_try"]');
  if (!button) return;
  const field = document.getElementById(button.name === "_move" ? "id_below" : "id_preview_at");
  if (!field) return;
  event.preventDefault();
  if (button.name === "_try") field.value = button.value;
  else {
    const index = field.selectedIndex + (button.value === "up" ? -1 : 1);
    field.selectedIndex = Math.min(Math.max(index, 0), field.options.length - 1);
  }
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
