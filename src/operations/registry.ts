/**
 * The shape of the list of operations (index.ts): each one of S3's is either offered or refused by name. A handler that is
 * missing, or whose input or output is not the operation's, does not compile. The coverage page is generated from the list.
 */
import type { OperationName } from '../model/operations.gen.ts'
import type { Operations } from '../model/types.gen.ts'
import type { Service } from './service.ts'

type InputMember<Name extends OperationName> = keyof Operations[Name]['input'] & string

export interface Registered<Name extends OperationName> {
  run(input: Operations[Name]['input'], s3: Service): Promise<Operations[Name]['output']>
  /** How much of the operation there is, for those who read the coverage page; absent when it is all there. */
  readonly only?: string
  /** Members that change what S3 does and that we do not honour: their presence is NotImplemented, never ignored. */
  readonly refuses?: ReadonlyArray<InputMember<Name>>
  /** Values of refused members that ask for nothing but what happens anyway; compared exactly. */
  readonly harmless?: { readonly [Member in InputMember<Name>]?: readonly string[] }
}

/** An operation that we do not offer. */
export interface NotImplemented {
  readonly run?: undefined
  /** Why; for those who read the coverage page. */
  readonly because?: string
}

export const notImplemented: NotImplemented = Object.freeze({})

export type Registry = { readonly [Name in OperationName]: Registered<Name> | NotImplemented }
