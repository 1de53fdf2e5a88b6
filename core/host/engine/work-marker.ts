/** What a thread of the engine finds as its data. */
export const workMarker = 'basin-work';
