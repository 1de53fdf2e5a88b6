/** Whether the command palette is open. */
class PaletteState {
  open = $state(false);

  show(): void {
    this.open = true;
  }
}

export const palette = new PaletteState();
