/**
 * What an ONNX file may ask for. Everything above is refused before memory is taken for it; the limits are far above any
 * model that could be trained here, and are stated in docs/models.md.
 */
export const limits = {
  /** Bytes of the file, and of one file of external data: Protocol Buffers hold no more. */
  fileBytes: 2 ** 31 - 1,
  /** Nodes of a graph, its subgraphs included. */
  nodes: 100_000,
  /** Graphs within graphs (the branches of an If). */
  graphDepth: 8,
  /** Axes of a tensor. */
  rank: 16,
  /** Elements of one tensor that a node makes. */
  elements: 2 ** 31 - 1,
  /** Elements of a tensor whose numbers are worked out while the model is opened (shapes, masks, ranges). */
  foldedElements: 2 ** 22,
  /** Steps of a recurrent layer. */
  steps: 4096,
  /** Nodes named in one refusal; the others are counted. */
  namedNodes: 40,
} as const;
