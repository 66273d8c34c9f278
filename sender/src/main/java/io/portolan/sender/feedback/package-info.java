/**
 * Reading mail that comes back: bounces in the form of RFC 3464 and of every other kind, warnings
 * of delay, complaints, answers by programs. What is read here was written by strangers, so that
 * size, depth, number and time are bounded and nothing is thrown.
 */
@NullMarked
package io.portolan.sender.feedback;

import org.jspecify.annotations.NullMarked;
