/**
 * Preloaded into a server: from here on nobody can add to the prototypes of the language or change them, in any of its
 * threads. What tries throws, and the request that made it fails with 500.
 */
const prototypes: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  Symbol.prototype,
  BigInt.prototype,
  Map.prototype,
  Set.prototype,
  WeakMap.prototype,
  WeakSet.prototype,
  Promise.prototype,
  RegExp.prototype,
  Date.prototype,
  ArrayBuffer.prototype,
  Uint8Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Object.getPrototypeOf([][Symbol.iterator]()) as object,
]

for (const prototype of prototypes) {
  // Programs may give an object of their own a toString by assignment, which a frozen property would forbid them too.
  Object.preventExtensions(prototype)
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (!property.configurable) continue
    if (!('value' in property)) {
      Object.defineProperty(prototype, name, { configurable: false })
      continue
    }
    const { value } = property
    Object.defineProperty(prototype, name, {
      configurable: false,
      get: () => value as unknown,
      set(this: object, given: unknown) {
        if (prototypes.includes(this))
          throw new TypeError(`${name} of a prototype was to be changed`)
        const own = { value: given, writable: true, enumerable: true, configurable: true }
        Object.defineProperty(this, name, own)
      },
    })
  }
}
process.stderr.write('the prototypes are frozen\n')
