"""`crm-mock drift`: where a live account responds in another shape than the fake does.

    questions of the CRM -> the account, or its recordings -> responses -> shape
                         -> the fake, in this process      -> responses -> shape
    both shapes -> diff -> report

Shapes have no values: nothing that an account holds is ever shown, but for the names of fields.
"""
