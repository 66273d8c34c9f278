/**
 * The SMTP server that takes mail for the bounce domain and nothing else. Whoever talks to it is a
 * stranger: size, time, number and syntax are bounded.
 */
@NullMarked
package io.portolan.sender.listener;

import org.jspecify.annotations.NullMarked;
