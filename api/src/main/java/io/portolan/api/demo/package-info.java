/**
 * The demo: a real campaign, sent over real sockets into a simulated mail network, with the checks
 * that nothing was lost and nothing came twice.
 */
@NullMarked
package io.portolan.api.demo;

import org.jspecify.annotations.NullMarked;
