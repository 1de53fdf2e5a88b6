import type { Value } from '../array';
import type { Call, OperatorTable } from '../call';

/** The branch that is taken is known when the model is opened, or the node is refused. */
function chosenBranch(call: Call): readonly Value[] {
  const [condition = 0] = call.known(0, 'the condition').data;
  const graph = call.subgraph(condition === 0 ? 'else_branch' : 'then_branch');
  if (graph === undefined) return call.invalid('it has no such branch');
  return call.surroundings.branch(graph);
}

export const controlOperators: OperatorTable = { If: { run: chosenBranch } };
