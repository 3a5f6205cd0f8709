"""`crm-mock drift`: where a live account answers in another shape than the fake does.

    questions (minicrm, ivinex) -> the account, or its recordings -> answers -> shape \
                                -> the fake, in this process      -> answers -> shape  -> compare -> report

Shapes have no values: nothing that an account holds is ever shown, but for the names of fields.
"""
