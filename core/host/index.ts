export { contract, type Contract } from './contract';
export { connect, RemoteError, type Connection, type HostClient } from './client';
