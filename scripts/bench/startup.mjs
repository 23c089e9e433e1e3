export const startup = []
