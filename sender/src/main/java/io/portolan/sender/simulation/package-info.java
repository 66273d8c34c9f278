/**
 * The simulated mail network: real SMTP servers on loopback sockets, their own in-memory DNS under
 * {@code .test}, and ports that can be blocked as networks block them. The demo runs on it, and so
 * do the tests of every module.
 */
@NullMarked
package io.portolan.sender.simulation;

import org.jspecify.annotations.NullMarked;
