/**
 * Colours of the paths of several runs, told apart by every kind of colour vision (Okabe and Ito, 2008, with white in the place of black), in the order
 * that stands out best from coloured surfaces; lines in them need an outline.
 */
export const pathColors = ['#d55e00', '#56b4e9', '#f0e442', '#cc79a7', '#e69f00', '#0072b2', '#009e73', '#ffffff'] as const;

/** The colour of the i-th path, this run's own being the first. */
export const pathColor = (index: number): string => pathColors[index % pathColors.length]!;

/** A plane by the weights that it leads to, as a recipe says. */
export interface LeadingPlane {
  readonly kind: string;
  readonly of?: readonly { readonly checkpoint: string }[];
  readonly to?: { readonly checkpoint: string } | undefined;
}

/** Whether a plane is laid through points of a path between networks: then that path is drawn in it, not the one of training. */
export const leadsAlongPath = ({ of = [], to }: LeadingPlane): boolean => [...of, ...(to ? [to] : [])].some(({ checkpoint }) => checkpoint.startsWith('path:'));

/** What a legend calls a path: whose it is, and how much of its own variance lies in the plane. */
export const pathLabel = ({ name = '', share }: { readonly name?: string | undefined; readonly share?: number | undefined }): string =>
  share === undefined ? name : `${name} (${Number((100 * share).toPrecision(3))} % in the plane)`;
