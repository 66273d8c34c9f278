/**
 * Mail that came back, on its way from where it arrives to the inbox of feedback: to whom it may be
 * sent, how it is known for good, and what is kept for people.
 */
@NullMarked
package io.portolan.sender.intake;

import org.jspecify.annotations.NullMarked;
