/**
 * Loaded by `node --import` ahead of Starling, in its worker too: nobody gets more of a receive buffer than the kernel gives
 * by itself, as on a system whose `net.core.rmem_max` is no more than its default, which no namespace has of its own.
 */
import { Socket } from 'node:dgram';

Socket.prototype.setRecvBufferSize = () => undefined;
