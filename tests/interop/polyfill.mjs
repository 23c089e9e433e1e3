// Two functions that Helia uses and Node 20 lacks. Imported before Helia.

Promise.withResolvers ??= function withResolvers() {
  const it = {}
  it.promise = new this((resolve, reject) => Object.assign(it, { resolve, reject }))
  return it
}

Promise.try ??= function attempt(work, ...args) {
  return new this((resolve) => resolve(work(...args)))
}
