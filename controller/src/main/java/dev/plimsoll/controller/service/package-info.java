/**
 * The service: run bundles over HTTP for Argo Rollouts and for people, and the webhooks of Flagger.
 *
 * <p>{@code ControllerService} speaks HTTP and knows no path; {@code Routes} knows every path; {@code RunsApi} and
 * {@code FlaggerHooks} answer; {@code GateBook} remembers which gate belongs to which release, and has
 * {@code GateProcess} run it.
 */
@NullMarked
package dev.plimsoll.controller.service;

import org.jspecify.annotations.NullMarked;
